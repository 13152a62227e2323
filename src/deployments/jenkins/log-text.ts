/* eslint-disable no-control-regex -- escape sequences are what this file is about */
/** ConsoleNotes, invisible annotations of Jenkins: ESC[8mha: base64 ESC[0m. */
const NOTE = /\u001b\[8mha:[A-Za-z0-9+/=]*\u001b\[0m/g;
/** Colours and cursor moves (CSI), titles and links (OSC), and the two-character sequences. */
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;
/** What a chunk may end with that only the next one completes. */
const UNFINISHED =
  /\u001b(?:\[8mha:[A-Za-z0-9+/=]*(?:\u001b\[?0?)?|\[8?m?h?a?|\[[0-?]*[ -/]*|\][^\u0007\u001b]*)?$|\r$/;
/** The rest of a note whose beginning is not in our hands. */
const REST_OF_NOTE = /^[A-Za-z0-9+/=]{40,}\u001b\[0m/;
const CARRY_CHARACTERS = 64 * 1024;

export interface StrippedText {
  readonly text: string;
  /** The raw end that the next chunk completes; put it before that one. */
  readonly carry: string;
}

/** Whole text without notes, escape sequences and CR. */
export function stripLog(raw: string): string {
  return raw.replace(NOTE, '').replace(ANSI, '').replace(/\r\n?/g, '\n');
}

/** The same for one chunk of a log that goes on: what its end leaves open is carried over, not shown. */
export function stripChunk(raw: string, { first, last }: { first: boolean; last: boolean }): StrippedText {
  const whole = first ? raw : raw.replace(REST_OF_NOTE, '');
  const open = UNFINISHED.exec(whole);
  if (!open || open[0].length > CARRY_CHARACTERS) return { text: stripLog(whole), carry: '' };
  const text = stripLog(whole.slice(0, open.index));
  if (!last) return { text, carry: open[0] };
  return { text: open[0] === '\r' ? `${text}\n` : text, carry: '' };
}
