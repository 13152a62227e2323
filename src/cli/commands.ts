import { ACT_COMMANDS } from './act-commands.ts';
import type { Command } from './command.ts';
import { DOCTOR_COMMANDS } from './doctor.ts';
import { LIST_COMMANDS } from './list-commands.ts';
import { LOG_COMMANDS } from './log-commands.ts';
import { ORDER_COMMANDS } from './order-commands.ts';

/** By name; each acts through the API, so every act leaves the same trace. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  ...ORDER_COMMANDS,
  ...LIST_COMMANDS,
  ...LOG_COMMANDS,
  ...DOCTOR_COMMANDS,
  ...ACT_COMMANDS,
};
