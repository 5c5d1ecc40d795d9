/** How many times longer than on an idle machine a test may take before it counts as hung. */
export const patience = 5;
