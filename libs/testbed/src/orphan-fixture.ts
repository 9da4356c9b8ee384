// Starts a child that never ends, prints its process id, and waits to be ended itself.
import { startProgram } from "./child-program.ts";

const child = await startProgram({
  name: "endless",
  command: process.execPath,
  args: ["-e", "setInterval(() => {}, 1000)"],
  logFile: process.argv[2] as string,
});
console.log(child.pid);
setInterval(() => {}, 1000);
