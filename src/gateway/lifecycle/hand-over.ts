// From the process that has found a port to the workers that listen on it in its place.
import { AccessError } from "../../core/errors.ts";
import type { Listening } from "../sockets/listen.ts";

const MOST_TRIES = 5;

/**
 * @param port 0: any will do
 * @param listen takes it, and so finds out whether it is free
 * @param start has workers listen on it
 * @throws AccessError `port_taken`
 */
export async function handOver<T>(
  port: number,
  listen: () => Promise<Listening>,
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const listening = await listen();
    await listening.close();
    try {
      return await start(listening.port);
    } catch (error) {
      // Between the two it is nobody's, and another program may have got it as a port that happened to be free.
      if (port !== 0 || tries === MOST_TRIES || !isTaken(error)) throw error;
    }
  }
}

const isTaken = (error: unknown): boolean => error instanceof AccessError && error.code === "port_taken";
