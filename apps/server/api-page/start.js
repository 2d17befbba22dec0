// Shows the document of this server. Nothing is asked of anybody else: no validator, no font, no picture. A token that is
// typed in stays in the memory of the page.
window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  persistAuthorization: false,
  withCredentials: false,
  docExpansion: 'list',
  tryItOutEnabled: true,
});
