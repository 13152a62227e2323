// Health check of a container: prints what its process answers, exit 0 when it is well. Whether Jenkins or Redis answer
// is not asked, because a restart of this container would not mend them. People ask for that:
//   docker compose exec coordinator node compose/healthy.mjs /readyz
const port = process.env.ARK_ROLE === 'proxy' ? 5051 : 5050;
const url = `http://127.0.0.1:${port}${process.argv[2] ?? '/livez'}`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  process.stdout.write(`${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
