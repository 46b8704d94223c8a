// Every kind of trouble has words and a remedy.
import { expect, it } from "vitest";
import { mayPass, needsSignIn, problemOf, Refused, told } from "./problem";

it("is told in the server's own words", () => {
  const body = { title: "Denied", detail: "The region is not allowed.", remedy: "Take eu-west-1.", code: "REGION" };
  expect(told(403, body)).toEqual({ status: 403, ...body });
});

it.each([null, "<html>", 7, { title: 3 }])("is told for an answer that is no problem+json: %s", (body) => {
  expect(told(502, body)).toEqual({ status: 502, title: "The server answered 502.", detail: "", remedy: "", code: "" });
});

it("names the remedy where nobody answered", () => {
  expect(problemOf(new TypeError("Failed to fetch")).remedy).toContain("tollgate serve");
});

it.each([
  [404, false],
  [403, false],
  [429, true],
  [503, true],
])("asks again only what may be answered a moment later: %i", (status, again) => {
  expect(mayPass(new Refused(told(status, {})))).toBe(again);
  expect(mayPass(new TypeError("Failed to fetch"))).toBe(true);
});

it("knows who must sign in", () => {
  expect(needsSignIn(new Refused(told(401, {})))).toBe(true);
  expect(needsSignIn(new Error("other"))).toBe(false);
});
