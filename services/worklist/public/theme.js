// Runs before the page is painted, so that a dark room is not lit up by a page that was chosen dark.
try {
  const chosen = localStorage.getItem("redspot-appearance");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.appearance = chosen;
} catch {
  // A browser that keeps nothing for pages: the page is as the system says.
}
