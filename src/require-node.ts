// For its effect, as the first import of an entry point.
import { requireNode } from "./node";

requireNode();
