/** The blind server as a program: prints its port and its authority, and serves until it is ended. */
import { startBlindServer } from '../../../tools/simulator/blindServer';

void startBlindServer().then(({ port, caPem }) => console.log(JSON.stringify({ port, ca: caPem })));
