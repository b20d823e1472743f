/** What a node of APNs Send does, below its name: `Alert`, `Live Activity: Update`, `Check Connection`. */
import { choiceNames } from '../shared/n8n/fieldWords';
import { nameOfChoice } from '../shared/n8n/subtitles';

const pushType = nameOfChoice('pushType', choiceNames.pushType);
const event = nameOfChoice('event', choiceNames.event);
const withEvent = `$parameter["event"] && $parameter["payloadType"] !== "json" ? ${pushType} + ": " + ${event} : ${pushType}`;

export const subtitle = `={{ { checkConnection: "Check Connection", statistics: "Get Statistics" }[$parameter["operation"]] ?? (${withEvent}) }}`;
