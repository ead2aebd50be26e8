declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface Request {
    headers: Record<string, string>;
  }
  interface Settings {
    url: string;
    domNode: HTMLElement;
    deepLinking: boolean;
    docExpansion: 'list' | 'full' | 'none';
    filter: boolean;
    /** `null`: the description is not sent to a validator elsewhere. */
    validatorUrl: null;
    defaultModelsExpandDepth: number;
    requestInterceptor: (request: Request) => Request;
  }
  export default function SwaggerUI(settings: Settings): void;
}
