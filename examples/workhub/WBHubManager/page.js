export function page(hubs) {
  const items = hubs.map((hub) => `<li><a href="${hub.path}/">${hub.title} (${hub.name})</a></li>`);
  return `<!doctype html>
<html lang="ko">
<title>WorkHub</title>
<meta name="viewport" content="width=device-width">
<style>body { font: 16px/1.6 system-ui, sans-serif; margin: 3rem auto; max-width: 32rem; }</style>
<h1>WorkHub</h1>
<ul>${items.join("")}</ul>
</html>`;
}
