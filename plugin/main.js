// The plugin. The engine starts it through pulumi-resource-fal; a language host loads it as the package's main file.
require("./hosts.js").servePlugin();
