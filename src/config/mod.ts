/**
 * The configuration: one YAML file, one schema, and for every error its line, its column and what to write instead.
 *
 * Pure but for `loadConfig()` and `findConfig()`. Nothing here throws for what stands in a file.
 */
export type {
  AccountsConfig,
  Config,
  DeliveryConfig,
  DnsConfig,
  InboundDelivery,
  LimitsConfig,
  ListenerConfig,
  LogConfig,
  OutboundDelivery,
  PlacedRange,
  QueueConfig,
  RelayConfig,
  RoutingConfig,
  TestConfig,
  TimeoutsConfig,
  TlsConfig,
} from './config.ts';
export { EXAMPLE_PORTS, exampleConfig } from './example.ts';
export type { ExampleOptions } from './example.ts';
export { jsonSchema } from './jsonSchema.ts';
export { CONFIG_LOCATIONS, findConfig, loadConfig } from './load.ts';
export { parseConfig } from './parse.ts';
export type { ConfigReading, ParseOptions, Refusal } from './parse.ts';
export { runConfiguredTests } from './policyTests.ts';
export type { TestOptions } from './policyTests.ts';
export { formatProblems } from './problem.ts';
export type { ConfigProblem, FormatOptions } from './problem.ts';
export { configurationReference } from './reference.ts';
export { policySource, screenSource } from './resolve.ts';
export { understandingOf } from './schema/relay.ts';
export { suggest } from './suggest.ts';
export { coverOf } from './text/cidr.ts';
export { formatDuration, parseDuration } from './text/duration.ts';
export { formatEndpoint, parseBind, parseHost } from './text/endpoint.ts';
export type { Endpoint } from './text/endpoint.ts';
export { isTextProblem } from './text/problem.ts';
export type { TextProblem } from './text/problem.ts';
export { parseRange } from './text/range.ts';
export type { RangeOptions } from './text/range.ts';
export { parseSize } from './text/size.ts';
