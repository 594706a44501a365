"use strict";
// Small comforts; every page works without them.

// The error summary takes the focus, so that a screen reader starts there.
const summary = document.getElementById("error-summary");
if (summary) summary.focus();

// A follow-up question appears as soon as the answer that it depends on is given.
const followUps = Array.from(document.querySelectorAll("[data-show-if]"));
function answersTo(name) {
  const fields = Array.from(document.getElementsByName(name)).filter((field) => !field.disabled);
  if (!fields.length) return null;
  const given = fields.filter((field) => (field.type === "text" ? field.value.trim() : field.checked));
  const values = given.map((field) => field.value.trim()).filter((value) => value !== "unknown");
  return values.length ? values : ["missing"];
}
function reveal() {
  for (const block of followUps) {
    const rules = JSON.parse(block.dataset.showIf).map(([name, values]) => [answersTo(name), values]);
    // A rule about another page was decided by the server.
    const here = rules.filter(([given]) => given !== null);
    if (!here.length) continue;
    const shown = here.every(([given, values]) => given.some((value) => values.includes(value)));
    block.hidden = !shown;
    block.querySelectorAll("input").forEach((field) => { field.disabled = !shown; });
  }
}

// Ticking "none of these" unticks the others; a full list lets no more be ticked.
function settle(box) {
  const group = box.closest("fieldset");
  const boxes = Array.from(group.querySelectorAll("input[type=checkbox]"));
  if (box.checked) {
    const alone = "alone" in box.dataset;
    boxes.filter((other) => other !== box && (alone || "alone" in other.dataset)).forEach((other) => { other.checked = false; });
  }
  const most = Number(group.dataset.atMost || 0);
  const full = most > 0 && boxes.filter((other) => other.checked).length >= most;
  boxes.forEach((other) => { other.disabled = full && !other.checked && !("alone" in other.dataset); });
}

document.addEventListener("change", (event) => {
  if (event.target.type === "checkbox" && event.target.closest("fieldset")) settle(event.target);
  reveal();
});
document.addEventListener("input", reveal);
reveal();

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
