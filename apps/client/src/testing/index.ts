export { openTestClient, type TestClient, type TestClientOptions } from './test-context.js';
