/** All servers, in the order of the table. */
import type { ServerAdapter } from '../server';
import { apache } from './apache';
import { caddy } from './caddy';
import { h2o } from './h2o';
import { haproxy } from './haproxy';
import { jetty } from './jetty';
import { lighttpd } from './lighttpd';
import { nghttpd } from './nghttpd';
import { nginx } from './nginx';
import { node } from './node';
import { pythonH2 } from './pythonH2';
import { tomcat } from './tomcat';

export const adapters: readonly ServerAdapter[] = [
	nginx,
	apache,
	h2o,
	haproxy,
	lighttpd,
	nghttpd,
	caddy,
	jetty,
	tomcat,
	node,
	pythonH2,
];
