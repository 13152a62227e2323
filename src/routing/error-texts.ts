import { ERROR_CATALOGUE } from '../http/error-catalogue.ts';
import type { ErrorCode } from '../platform/errors.ts';

export type Language = 'es' | 'en';

export interface ErrorText {
  readonly status: number;
  readonly es: readonly [title: string, text: string];
  readonly en: readonly [title: string, text: string];
  /** Seconds after which it makes sense to try again; pages then reload by themselves. */
  readonly retryAfterS?: number;
}

type Words = Omit<ErrorText, 'status'>;

const BAD_REQUEST: Words = {
  es: ['Solicitud no válida', 'El servidor no entiende esta solicitud.'],
  en: ['Bad request', 'The server does not understand this request.'],
};
const NO_ANSWER: Words = {
  es: [
    'La aplicación no responde',
    'La aplicación no responde en este momento. Esta página lo vuelve a intentar sola.',
  ],
  en: [
    'The application does not answer',
    'The application does not answer right now. This page tries again by itself.',
  ],
  retryAfterS: 5,
};

/** Every error answer that the proxy gives by itself. */
const TEXTS: Partial<Record<ErrorCode, Words>> = {
  malformed_request: BAD_REQUEST,
  bad_address: BAD_REQUEST,
  not_found: {
    es: ['No encontrado', 'Aquí no hay nada.'],
    en: ['Not found', 'There is nothing here.'],
  },
  method_not_allowed: {
    es: ['Método no permitido', 'Este método no se puede usar aquí.'],
    en: ['Method not allowed', 'This method cannot be used here.'],
  },
  request_timeout: {
    es: ['La solicitud no terminó', 'Durante un minuto no llegó nada más de esta solicitud.'],
    en: ['The request did not end', 'Nothing more of this request arrived for a minute.'],
  },
  address_too_long: {
    es: ['Dirección demasiado larga', 'La dirección tiene más de 16 KB.'],
    en: ['Address too long', 'The address has more than 16 KB.'],
  },
  expectation_failed: {
    es: ['Expectativa desconocida', 'Solo se admite Expect: 100-continue.'],
    en: ['Unknown expectation', 'Only Expect: 100-continue is understood.'],
  },
  misdirected_request: {
    es: ['Servidor equivocado', 'La dirección nombra otro servidor.'],
    en: ['Wrong server', 'The address names another server.'],
  },
  headers_too_large: {
    es: ['Cabeceras demasiado grandes', 'Las cabeceras tienen más de 32 KB.'],
    en: ['Headers too large', 'The headers have more than 32 KB.'],
  },
  framing_unsupported: {
    es: ['Codificación no admitida', 'Solo se admite Transfer-Encoding: chunked.'],
    en: ['Coding not supported', 'Only Transfer-Encoding: chunked is supported.'],
  },
  loop_detected: {
    es: ['Bucle', 'Esta solicitud vuelve una y otra vez al mismo servidor.'],
    en: ['Loop', 'This request comes back to the same server again and again.'],
  },
  internal: {
    es: ['Error interno', 'Algo salió mal de nuestro lado.'],
    en: ['Internal error', 'Something went wrong on our side.'],
  },
  route_unknown: {
    es: ['Esta instancia no existe', 'Compruebe la dirección, o pregunte a quien le dio el enlace.'],
    en: ['There is no such instance', 'Check the address, or ask whoever gave you the link.'],
  },
  route_withdrawn: {
    es: [
      'Este enlace no lleva a ninguna parte',
      'Un operador retiró el enlace, la instancia fue eliminada o no llegó a ponerse en marcha.',
    ],
    en: [
      'This link leads nowhere',
      'An operator took the link away, the instance was removed, or it never came up.',
    ],
  },
  route_updating: {
    es: ['Un momento, por favor', 'La aplicación se está preparando. Esta página se recarga sola.'],
    en: ['One moment, please', 'The application is being prepared. This page reloads by itself.'],
    retryAfterS: 3,
  },
  route_stopped: {
    es: [
      'La aplicación está detenida',
      'Alguien la detuvo a propósito; se puede volver a iniciar en el panel.',
    ],
    en: [
      'The application is stopped',
      'Somebody stopped it on purpose; it can be started again in the panel.',
    ],
    retryAfterS: 60,
  },
  route_store_unavailable: {
    es: [
      'Un momento, por favor',
      'Ahora no podemos averiguar adónde lleva este enlace. Esta página se recarga sola.',
    ],
    en: [
      'One moment, please',
      'We cannot look up where this link leads just now. This page reloads by itself.',
    ],
    retryAfterS: 5,
  },
  target_refused: NO_ANSWER,
  target_unreachable: NO_ANSWER,
  target_closed: NO_ANSWER,
  target_bad_response: {
    es: ['Respuesta no válida', 'La aplicación respondió algo que no es HTTP.'],
    en: ['Invalid answer', 'The application answered something that is not HTTP.'],
  },
  connect_timeout: NO_ANSWER,
  header_timeout: NO_ANSWER,
};

/** Status and words of an error; a code that is none of the proxy's counts as internal. */
export function errorText(code: ErrorCode): ErrorText {
  const words = TEXTS[code];
  if (words === undefined) return errorText('internal');
  return { status: ERROR_CATALOGUE[code].status, ...words };
}

/** Spanish unless the browser prefers English. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const ranked = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((q) => q !== undefined);
      return { language: tag.split('-', 1)[0], quality: Number(quality ?? 1) };
    })
    .filter(({ language, quality }) => quality > 0 && (language === 'es' || language === 'en'))
    .sort((left, right) => right.quality - left.quality);
  return ranked[0]?.language === 'en' ? 'en' : 'es';
}
