import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ProgressLine } from "../../../../src/cli/command-line/progress-line";

const erase = "\r\u001b[2K";

describe("the progress line", () => {
  let written: string[];
  let line: ProgressLine;

  beforeEach(() => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    written = [];
    line = new ProgressLine(
      (text) => written.push(text),
      () => 30,
    );
  });

  test("nothing is shown of what ends within two seconds", () => {
    line.begin("reading");
    vi.advanceTimersByTime(1_900);
    line.end();
    vi.advanceTimersByTime(10_000);
    expect(written).toEqual([]);
  });

  test("what takes longer is shown with its time, and erased at the end", () => {
    line.begin("reading");
    vi.advanceTimersByTime(3_000);
    expect(written).toEqual([`${erase}reading (2 s)`, `${erase}reading (3 s)`]);
    line.end();
    expect(written.at(-1)).toBe(erase);
    vi.advanceTimersByTime(3_000);
    expect(written).toHaveLength(3);
  });

  test("other output erases the line, which appears again", () => {
    line.begin("reading");
    vi.advanceTimersByTime(2_000);
    line.erase();
    line.erase();
    vi.advanceTimersByTime(1_000);
    expect(written).toEqual([`${erase}reading (2 s)`, erase, `${erase}reading (3 s)`]);
  });

  test("the next work starts again at zero", () => {
    line.begin("reading");
    vi.advanceTimersByTime(2_500);
    line.begin("writing");
    vi.advanceTimersByTime(1_600);
    expect(written).toEqual([`${erase}reading (2 s)`, erase]);
    vi.advanceTimersByTime(1_000);
    expect(written.at(-1)).toBe(`${erase}writing (2 s)`);
  });

  test("the line is never longer than the terminal, and controls nothing", () => {
    line.begin(`\u001b[2J${"long ".repeat(20)}`);
    vi.advanceTimersByTime(2_000);
    expect(written).toEqual([`${erase}␛[2Jlong long long long (2 s)`]);
  });
});
