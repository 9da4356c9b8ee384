import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { answerQuestion } from "./answer-question.ts";
import { commonVariables } from "./common-variables.ts";
import { secret } from "./config.ts";

const service = {
  name: "example",
  about: "does nothing",
  variables: {
    REDSPOT_COUNT: z.coerce.number().int().describe("How many"),
    REDSPOT_WORD: secret(z.string().default("open").describe("What to say")),
  },
  metrics: {},
};

test("a service that is asked nothing runs", () => {
  assert.equal(answerQuestion(service, ["node", "main.ts"], {}), undefined);
});

test("it tells its settings, to people and to programs", () => {
  assert.match(answerQuestion(service, ["--help"], {})?.text ?? "", /REDSPOT_COUNT\n +How many \(required\)/);
  assert.deepEqual(JSON.parse(answerQuestion(service, ["--configuration"], {})?.text ?? ""), [
    { name: "REDSPOT_COUNT", about: "How many", isRequired: true, isSecret: false, needs: [] },
    { name: "REDSPOT_WORD", about: "What to say", otherwise: "open", isRequired: false, isSecret: true, needs: [] },
  ]);
});

test("it checks the configuration that it is given, and tells no value", () => {
  assert.equal(answerQuestion(service, ["--check"], { REDSPOT_COUNT: "3" })?.status, 0);
  const wrong = answerQuestion(service, ["--check"], { REDSPOT_COUNT: "SECRET", REDSPOT_WORD_FILE: "/none" });
  assert.equal(wrong?.status, 2);
  assert.match(wrong?.text ?? "", /2 mistake\(s\)[\s\S]*REDSPOT_WORD_FILE[\s\S]*REDSPOT_COUNT/);
  assert.doesNotMatch(wrong?.text ?? "", /SECRET/);
});

test("it finds an open door before anything is started, beside all else", () => {
  const checked = (environment: Record<string, string>) =>
    answerQuestion({ ...service, variables: commonVariables }, ["--check"], {
      REDSPOT_SPOOL_DIR: "/s",
      ...environment,
    });
  const wrong = checked({ REDSPOT_HOST: "0.0.0.0", REDSPOT_LOG_LEVEL: "loud" });
  assert.equal(wrong?.status, 2);
  assert.match(wrong?.text ?? "", /2 mistake\(s\)[\s\S]*REDSPOT_LOG_LEVEL[\s\S]*REDSPOT_HOST: is 0\.0\.0\.0/);
  assert.equal(checked({ REDSPOT_HOST: "localhost" })?.status, 0);
  assert.equal(checked({ REDSPOT_HOST: "0.0.0.0", REDSPOT_TOKENS: `pacs:store:sha256-${"0".repeat(64)}` })?.status, 0);
});
