// Makers of pictures, films and sounds that OpenClaw's documents have keys for. Data.
export const MEDIA = ["comfy", "fal", "pixverse", "runway", "vydra"] as const;
