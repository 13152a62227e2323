// Whoever is signed in is signed in here too: the browser sends the cookie. A token goes into "Authorize".
globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'list',
  tryItOutEnabled: true,
  // The description is checked by our tests, not by a service on the internet.
  validatorUrl: null,
});
