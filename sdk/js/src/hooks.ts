/**
 * The public addresses of this plugin's own routes, for this channel or app.
 *
 * @module
 */

import * as host from '#imports/hooks.js';

/** The address of the manifest's route of this name; none where there is no such route at this level. */
export const address = (route: string): string | undefined => host.address(route);
