// Everything is made from the JSON in the page; nothing is fetched. What answers is named once,
// so that whoever reads the page in a program can ask the same.
globalThis.spoonbenchAdvisor = {
  walk,
  flips,
  checkAnswer,
  readAnswer,
  showValue,
  showNumber,
  verdictText,
  conditionText,
};
for (const place of document.querySelectorAll("[data-advisor]")) {
  const data = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  if (data.frameworks.length) new Questionnaire(data, place);
  place.classList.add("ready");
}
