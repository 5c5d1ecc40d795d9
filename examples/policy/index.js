const { PolicyPack } = require("@pulumi/policy");
const { policies } = require("pulumi-fal/policy");

// Rules of your own go beside them: `policies: [...policies, mine]`.
new PolicyPack("fal", { enforcementLevel: "mandatory", policies });
