/** The name that commands of `npm run ark` give themselves, for the record of acts. */
export const CLI_AGENT = 'ark-cli';
