// Everything is made from the JSON in the page; nothing is fetched.
for (const place of document.querySelectorAll("[data-advisor]")) {
  const data = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  if (data.frameworks.length) new Questionnaire(data, place);
  place.classList.add("ready");
}
