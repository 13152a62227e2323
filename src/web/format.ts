import type { Language } from './language.tsx';

/** The time of day; with the date when that is not today. */
export function formatMoment(at: number | string, language: Language): string {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  const style = isToday
    ? ({ timeStyle: 'medium', hourCycle: 'h23' } as const)
    : ({ dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' } as const);
  return new Intl.DateTimeFormat(language, style).format(moment);
}

/** `0,4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number, language: Language): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${decimal(seconds, language)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function decimal(seconds: number, language: Language): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    seconds,
  );
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `hace 3 min`, `dentro de 12 min`: how far a moment is from `now`. */
export function formatDistance(at: number, now: number, language: Language): string {
  const seconds = Math.round((at - now) / 1000);
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ['second', 1];
  const style = { style: 'short', numeric: 'auto' } as const;
  return new Intl.RelativeTimeFormat(language, style).format(Math.trunc(seconds / size), unit);
}
