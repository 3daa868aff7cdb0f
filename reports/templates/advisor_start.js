// Everything is made from the JSON in the page; nothing is fetched. What answers is named once,
// so that whoever reads the page in a program can ask the same.
globalThis.spoonbenchAdvisor = {
  walk,
  flips,
  figuresFor,
  checkAnswer,
  readAnswer,
  showValue,
  showNumber,
  typedAgain,
  verdictText,
  conditionText,
  outlineOf,
  inferenceBytes,
  trainingBytes,
  chooseCell,
  choiceText,
  chooseContestant,
};
for (const place of document.querySelectorAll("[data-advisor]")) {
  const data = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  if (data.frameworks.length) new Questionnaire(data, place);
  else place.querySelector("[data-part='frameworks']").hidden = true;
  new MemoryCalculator(data.published, place.querySelector("[data-part='memory']"));
  new CrossingCalculator(data, place.querySelector("[data-part='crossings']"));
  new SettingCalculator(data.settings, place.querySelector("[data-part='settings']"));
  new ContestantCalculator(data.contestants, place.querySelector("[data-part='contestants']"));
  place.classList.add("ready");
}
