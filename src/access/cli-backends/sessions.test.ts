import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProgramSessions } from "../../core/session.ts";
import type { Message } from "../../wire/translate/neutral.ts";
import { CliSessions } from "./sessions.ts";

const user = (text: string): Message => ({ role: "user", parts: [{ kind: "text", text }] });
const assistant = (text: string): Message => ({ role: "assistant", parts: [{ kind: "text", text }] });
const talk = { name: "t" };

/** A conversation of which the program `p` has answered the first turn. */
function begun(): CliSessions {
  const sessions = new CliSessions();
  sessions.bind(talk, "p", "s-1", "frame", [user("One.")]);
  return sessions;
}
const next = [user("One."), assistant("Yes."), user("Two.")];

test("a program goes on with what it knows, and hears what is new", () => {
  assert.deepEqual(begun().goingOn(talk, "p", "frame", next), { id: "s-1", since: [user("Two.")] });
  assert.equal(begun().goingOn(talk, "q", "frame", next), undefined);
  assert.equal(begun().goingOn({ name: "other" }, "p", "frame", next), undefined);
});

test("another login, other instructions, another talk, or answers of others: it is told anew", () => {
  const of = (messages: readonly Message[], frame = "frame") => begun().goingOn(talk, "p", frame, messages);
  assert.equal(of(next, "other"), undefined);
  assert.equal(of([user("Else."), assistant("Yes."), user("Two.")]), undefined);
  assert.equal(of([...next, assistant("From an API."), user("Three.")]), undefined);
  assert.equal(of([user("Two.")]), undefined);
  assert.equal(of([user("One."), assistant("Yes.")]), undefined);
});

const stored = () => ({ name: "t", programs: begun().takeChanges("t") as ProgramSessions });

test("what a stored conversation holds is taken over, until it is lost here", () => {
  const sessions = new CliSessions();
  assert.equal(sessions.goingOn(stored(), "p", "frame", next)?.id, "s-1");
  assert.equal(sessions.takeChanges("t"), undefined);
  sessions.drop(stored(), "p");
  assert.equal(sessions.goingOn(stored(), "p", "frame", next), undefined);
  assert.deepEqual(sessions.takeChanges("t"), { p: null });
  assert.deepEqual(sessions.takeChanges("t"), {}, "told once");
});

test("a worker beside this one may have gone on with it", () => {
  const later = [...next, assistant("Two it is."), user("Three.")];
  const [here, beside] = [begun(), new CliSessions()];
  beside.bind(stored(), "p", "s-2", "frame", next);
  const talkNow = { name: "t", programs: beside.takeChanges("t") as ProgramSessions };
  assert.equal(here.goingOn(talkNow, "p", "frame", later)?.id, "s-2");
  here.drop(stored(), "p");
  assert.equal(here.goingOn(talkNow, "p", "frame", later)?.id, "s-2", "that one was not lost");
});

test("one program's session does not end another's", () => {
  const sessions = begun();
  sessions.bind(talk, "q", "s-2", "frame", next);
  sessions.drop(talk, "q");
  assert.equal(sessions.goingOn(talk, "p", "frame", next)?.id, "s-1");
});

test("a session outlives rows that are no longer sent along", () => {
  const rows = Array.from({ length: 40 }, (_, i) => (i % 2 ? assistant(`a${i}`) : user(`u${i}`)));
  const sessions = new CliSessions();
  sessions.bind(talk, "p", "s-1", "frame", rows.slice(0, -1));
  assert.equal(sessions.goingOn(talk, "p", "frame", [...rows, user("new")].slice(4))?.id, "s-1");
});

test("an image that was told once is not told again by all", () => {
  const image = { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "AAAA" } } as const;
  const seen: Message = { role: "user", parts: [{ kind: "text", text: "One." }, image] };
  const sessions = new CliSessions();
  sessions.bind(talk, "p", "s-1", "frame", [seen]);
  assert.equal(sessions.goingOn(talk, "p", "frame", next)?.id, "s-1");
});

test("an id that a program would read as something else is no session", () => {
  for (const id of ["--dangerously-skip-permissions", "", "a b", "x".repeat(201)]) {
    const sessions = new CliSessions();
    sessions.bind(talk, "p", id, "frame", [user("One.")]);
    assert.equal(sessions.goingOn(talk, "p", "frame", next), undefined, id);
    const odd = { name: "t", programs: { p: { ...stored().programs["p"]!, id } } };
    assert.equal(new CliSessions().goingOn(odd, "p", "frame", next), undefined, id);
  }
  const garbage = { name: "t", programs: { p: 7 } as never };
  assert.equal(new CliSessions().goingOn(garbage, "p", "frame", next), undefined);
  assert.equal(
    new CliSessions().goingOn({ name: "t", programs: null as never }, "p", "frame", next),
    undefined,
  );
});
