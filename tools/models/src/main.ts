import { runCommand } from './command.js';
import { readNpmSettings } from './config.js';

process.exitCode = await runCommand(process.argv.slice(2), {
  npm: readNpmSettings(process.env),
  write: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
