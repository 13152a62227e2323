import type { ActsTexts, ActTexts } from './console-texts.ts';

export const ES_ACT: ActTexts = {
  why: '¿Por qué?',
  whyHint: 'Queda en la actividad, con tu nombre.',
  whyMissing: 'Aquí hace falta un motivo.',
  back: 'Volver',
  sending: 'Enviando…',
  emergency: 'En caso de emergencia',
  emergencyLead: 'Solo cuando lo normal está bloqueado. Cada acto queda registrado con su motivo.',
};

export const ES_ACTS: ActsTexts = {
  cancel: {
    offer: 'Cancelar',
    title: (id) => `¿Cancelar el despliegue ${id}?`,
    lead: 'El trabajo se detiene y se deshace lo hecho. Lo que estaba en marcha sigue en marcha.',
    confirm: 'Cancelar el despliegue',
  },
  cancelRemoval: {
    offer: 'Cancelar',
    title: (id) => `¿Cancelar la eliminación ${id}?`,
    lead: 'Solo sirve antes de que empiece en el servidor. La instancia se queda como está.',
    confirm: 'Cancelar la eliminación',
  },
  deployAgain: {
    offer: 'Desplegar de nuevo',
    title: (id) => `¿Desplegar ${id} de nuevo?`,
    lead: 'Con la versión actual del producto y los mismos ajustes. El enlace no cambia.',
    confirm: 'Desplegar',
  },
  remove: {
    offer: 'Eliminar',
    title: (id) => `¿Eliminar ${id}?`,
    lead: 'No se puede deshacer.',
    confirm: 'Eliminar con sus datos',
  },
  forceFail: {
    offer: 'Dar por fallido',
    title: (id) => `¿Dar por fallido ${id}?`,
    lead: 'Termina ahora, sin esperar a Jenkins: nada suyo llegará ya a estar en marcha y el servidor queda libre. El trabajo puede seguir un rato en Jenkins. Cuando baste, usa Cancelar.',
    confirm: 'Dar por fallido',
  },
  withdrawRoute: {
    offer: 'Retirar el enlace',
    title: (id) => `¿Retirar el enlace de ${id}?`,
    lead: 'El enlace deja de llevar a ninguna parte. Los contenedores siguen como están. Un despliegue lo devuelve.',
    confirm: 'Retirar el enlace',
  },
  setRoute: {
    offer: 'Fijar el enlace',
    title: (id) => `¿Fijar el enlace de ${id}?`,
    lead: 'El enlace llevará a un contenedor que ya está en marcha. Antes se comprueba en su servidor que es de esta instancia.',
    confirm: 'Fijar el enlace',
    container: 'Contenedor',
    containerHint: 'Su identificador en Docker: de 12 a 64 cifras hexadecimales.',
  },
  cordon: {
    offer: 'Cerrar a despliegues',
    title: (id) => `¿Cerrar ${id} a nuevos despliegues?`,
    lead: 'Lo que está en marcha sigue; lo que espera, espera hasta que se abra.',
    confirm: 'Cerrar el servidor',
  },
  uncordon: {
    offer: 'Abrir a despliegues',
    title: (id) => `¿Abrir ${id} a despliegues?`,
    lead: 'Empieza lo que espera, en su orden.',
    confirm: 'Abrir el servidor',
  },
  freeze: {
    offer: 'Detener los trabajos nuevos',
    title: () => '¿Detener todos los trabajos nuevos?',
    lead: 'No se inicia ninguno, en ningún servidor, hasta que se reanuden. Lo que ya está en Jenkins sigue.',
    confirm: 'Detener',
  },
  unfreeze: {
    offer: 'Reanudar los trabajos',
    title: () => '¿Reanudar los trabajos?',
    lead: 'Empieza lo que espera, en su orden.',
    confirm: 'Reanudar',
  },
  acceptGeneration: {
    offer: 'Aceptar el almacén de datos',
    title: () => '¿Aceptar el almacén de datos tal como está?',
    lead: 'Se da por bueno lo que contiene ahora, aunque sea más antiguo o esté vacío: los enlaces pasan a ser los que él dice.',
    confirm: 'Aceptar',
  },
  revokeKey: {
    offer: 'Revocar',
    title: (id) => `¿Revocar la clave ${id}?`,
    lead: 'Ningún aviso firmado con ella se acepta ya. No se puede deshacer: antes tiene que haber otra en Jenkins.',
    confirm: 'Revocar la clave',
  },
  editProduct: {
    offer: 'Ajustar',
    title: (name) => `Ajustes de ${name}`,
    lead: 'Valen para los próximos despliegues. Un campo vacío vuelve a lo común.',
    confirm: 'Guardar',
  },
};
