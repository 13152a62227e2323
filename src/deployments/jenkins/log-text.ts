/* eslint-disable no-control-regex -- escape sequences are what this file is about */
/** ConsoleNotes, invisible annotations of Jenkins: ESC[8mha: base64 ESC[0m. */
const NOTE = /\u001b\[8mha:[A-Za-z0-9+/=]*\u001b\[0m/g;
/** Colours and cursor moves (CSI), titles and links (OSC), and the two-character sequences. */
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;
/** The rest of a note whose beginning is not in our hands. */
const REST_OF_NOTE = /^[A-Za-z0-9+/=]{40,}\u001b\[0m/;

/** What a terminal would not show, but tabs and line ends. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** A log, or the end of one, without notes, escape sequences, control characters and CR. */
export function stripLog(raw: string): string {
  return raw
    .replace(REST_OF_NOTE, '')
    .replace(NOTE, '')
    .replace(ANSI, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '');
}
