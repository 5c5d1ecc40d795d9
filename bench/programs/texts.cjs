"use strict";
// Prints the provider text of every kind, as this package registers it.
const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");

const texts = {};
pulumi.runtime.setMocks({
  newResource: ({ type, inputs, name }) => {
    texts[type.split(":").at(-1)] = inputs.__provider;
    return { id: name, state: inputs };
  },
  call: () => ({}),
});
// Classes of resources are those that read an existing one by its id. The check of arguments comes later.
const classes = Object.values(fal).filter((each) => typeof each === "function" && "get" in each);
const made = classes.map((Kind, index) => new Kind(`resource-${index}`, {}));
Promise.all(made.map((resource) => new Promise((done) => resource.urn.apply(done)))).then(() => {
  console.log(JSON.stringify(texts));
});
