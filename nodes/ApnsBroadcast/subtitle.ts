/** What a node of APNs Broadcast does, below its name: `Broadcast: Update`, `Channel: Get Many`. */
import { choiceNames } from '../shared/n8n/fieldWords';
import { nameOfChoice } from '../shared/n8n/subtitles';

const operations = { create: 'Create', delete: 'Delete', get: 'Get', getAll: 'Get Many', send: 'Send' };
const event = nameOfChoice('event', choiceNames.event);
const broadcast = `$parameter["payloadType"] === "json" ? "Broadcast: Send" : "Broadcast: " + ${event}`;

export const subtitle = `={{ $parameter["resource"] === "channel" ? "Channel: " + ${nameOfChoice('operation', operations)} : ${broadcast} }}`;
