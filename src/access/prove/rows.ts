// Every value of every table of a database: a secret that SQLite spreads over pages is whole here, and has a place.
import { closeSync, openSync, readSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { readDatabase } from "../../store/read-database.ts";
import { tablesOf } from "../../store/schema.ts";
import { patiently } from "../../store/write-database.ts";

export interface Cell {
  readonly table: string;
  readonly column: string;
  /** `rowid`, or how many rows came before where there is none */
  readonly row: number;
  readonly value: string | Uint8Array;
}

const MAGIC = "SQLite format 3\0";

export function isDatabase(file: string): boolean {
  const head = Buffer.alloc(MAGIC.length);
  const descriptor = openSync(file, "r");
  try {
    return readSync(descriptor, head, 0, head.length, 0) === head.length && head.toString("latin1") === MAGIC;
  } finally {
    closeSync(descriptor);
  }
}

/** Leaves the database as it was. @returns what could not be read, one sentence each */
export async function readCells(file: string, take: (cell: Cell) => void): Promise<string[]> {
  return (await patiently(() => readDatabase(file, (db) => inTables(db, take)))) ?? [];
}

function inTables(db: DatabaseSync, take: (cell: Cell) => void): string[] {
  const faults: string[] = [];
  for (const table of tablesOf(db)) {
    try {
      inTable(db, table, take);
    } catch {
      // Made by an extension that is not here: the bytes of the file are searched all the same.
      faults.push(`Table ${table} cannot be read row by row.`);
    }
  }
  return faults;
}

function inTable(db: DatabaseSync, table: string, take: (cell: Cell) => void): void {
  const name = `"${table.replaceAll('"', '""')}"`;
  const keys = db.prepare(`SELECT name, wr FROM pragma_table_list WHERE name = ?`).get(table);
  const rowid = keys?.["wr"] === 1 ? "NULL" : "rowid";
  let count = 0;
  for (const row of db.prepare(`SELECT ${rowid} AS "access rowid", * FROM ${name}`).iterate()) {
    const { "access rowid": id, ...cells } = row;
    count += 1;
    for (const [column, value] of Object.entries(cells))
      if (typeof value === "string" || value instanceof Uint8Array)
        take({ table, column, row: typeof id === "number" ? id : count, value });
  }
}
