import { readFileSync } from "node:fs";
import { join } from "node:path";
import { engineAddress } from "../engine-address";
import { standardInput, watchEngine } from "../engine-watch";
import { ResourceProvider } from "./gen/provider_pb";
import { pluginProvider } from "./provider";
import { serve } from "./server";

// Serves the provider protocol, and prints the port and nothing else.
const engine = engineAddress(process.argv);
const schema = readFileSync(join(__dirname, "schema.json"), "utf8");
void serve(ResourceProvider, pluginProvider(schema, engine)).then((port) => process.stdout.write(`${port}\n`));

// Exits at once: requests that were not sent stay unsent, because nothing could record their answers.
if (engine !== undefined) watchEngine({ address: engine, stdin: standardInput(), gone: () => process.exit(1) });
