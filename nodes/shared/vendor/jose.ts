/** jose (MIT): signing of provider tokens. Bundled at build. */
export { importPKCS8, SignJWT } from 'jose';
