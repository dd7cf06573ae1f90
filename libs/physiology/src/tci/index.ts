export {
  effectController,
  effectTargetRatePerMin,
  type EffectController,
  type EffectControllerOptions,
} from './effect.js';
export { plasmaTargetRatePerMin } from './plasma.js';
