// What Linux knows of a process.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface ProcessFigures {
  readonly rssBytes: number;
  /** open files of any kind */
  readonly handles: number;
  /** listening ones included */
  readonly sockets: number;
}

export function processFigures(pid: number): ProcessFigures {
  const links = linksIn(`/proc/${pid}/fd`);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    rssBytes: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024,
    handles: links.length,
    sockets: links.filter((link) => link.startsWith("socket:")).length,
  };
}

const linksIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
