// Leave, a little faster: the page is hidden at once, and Back does not lead to it. Without this script the link works alone.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href="/leave"]');
  if (!link) return;
  event.preventDefault();
  document.documentElement.hidden = true;
  location.replace(link.href);
});
