/** The browsable description of the API at `/api/docs`: an entry of its own, apart from the app. */
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';

import './docs.css';

const docs = document.createElement('main');
document.body.append(docs);

SwaggerUI({
  url: '/api/v1/openapi.json',
  domNode: docs,
  deepLinking: true,
  docExpansion: 'list',
  filter: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  // Whoever is signed in may try requests out: the browser sends their cookie along.
  requestInterceptor: (request) => {
    request.headers['x-operate-csrf'] = '1';
    return request;
  },
});
