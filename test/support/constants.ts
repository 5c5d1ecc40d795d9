/** A public key for a `ComputeInstance`. It has no private key. */
export const SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8b0wEJzkGYhdRkVXhHHXWHV0h3IQJRxEZhGbPzV1mM a@example.com";
export const OTHER_SSH_KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm0h3IQJRxEZhGbPzV1mMJ8b0wEJzkGYhdRkVXhHHXW b@example.com";
