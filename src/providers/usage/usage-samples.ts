// Answers of usage endpoints as providers give them, for tests. Shapes: providers/usage.json of the shared data.

export const USAGE_SAMPLES = {
  anthropic: {
    five_hour: {
      utilization: 37,
      resets_at: "2026-07-02T15:00:00Z",
    },
    seven_day: {
      utilization: 12,
      resets_at: "2026-07-08T09:00:00Z",
    },
    seven_day_opus: null,
    seven_day_sonnet: {
      utilization: 5,
      resets_at: null,
    },
    limits: [
      {
        percent: 64,
        is_active: true,
        scope: {
          model: {
            id: "claude-fable-5",
            display_name: "Fable",
          },
        },
        resets_at: "2026-07-08T09:00:00Z",
      },
    ],
    extra_usage: {
      is_enabled: true,
      utilization: 10,
      used_credits: 500,
      monthly_limit: 5000,
      currency: "USD",
    },
  },
  "openai-codex": {
    plan_type: "plus",
    rate_limit: {
      allowed: true,
      limit_reached: false,
      primary_window: {
        used_percent: 15,
        limit_window_seconds: 18000,
        reset_after_seconds: 9000,
        reset_at: 1782990000,
      },
      secondary_window: {
        used_percent: 5,
        limit_window_seconds: 604800,
        reset_after_seconds: 500000,
        reset_at: 1783480000,
      },
    },
    credits: {
      has_credits: true,
      unlimited: false,
      balance: "12.5",
    },
  },
  "github-copilot": {
    copilot_plan: "individual_pro",
    quota_reset_date: "2026-08-01",
    quota_snapshots: {
      premium_interactions: {
        entitlement: 1500,
        remaining: 1200,
        percent_remaining: 80,
        unlimited: false,
        quota_id: "premium_interactions",
      },
      chat: {
        percent_remaining: 100,
        unlimited: true,
      },
    },
  },
  "google-gemini-cli": {
    buckets: [
      {
        modelId: "gemini-2.5-pro",
        remainingFraction: 0.4,
        resetTime: "2026-07-02T00:00:00Z",
        tokenType: "REQUESTS",
      },
      {
        modelId: "gemini-2.5-flash",
        remainingFraction: 0.9,
        resetTime: "2026-07-02T00:00:00Z",
        tokenType: "REQUESTS",
      },
    ],
  },
  minimax: {
    model_remains: [
      {
        model_name: "MiniMax-M2.7",
        start_time: 1782990000000,
        end_time: 1783008000000,
        remains_time: 9000000,
        current_interval_total_count: 1500,
        current_interval_usage_count: 1200,
      },
    ],
    base_resp: {
      status_code: 0,
      status_msg: "success",
    },
  },
  zai: {
    success: true,
    code: 200,
    msg: "ok",
    data: {
      planName: "GLM Coding Pro",
      limits: [
        {
          type: "TOKENS_LIMIT",
          unit: 3,
          number: 5,
          percentage: 34,
          nextResetTime: 1782999000000,
        },
        {
          type: "TIME_LIMIT",
          unit: 5,
          number: 1,
          usage: 1000,
          currentValue: 40,
          remaining: 960,
          percentage: 4,
          nextResetTime: 1785000000000,
        },
      ],
    },
  },
  openrouter: {
    data: {
      total_credits: 20,
      total_usage: 7.5,
    },
  },
  "openrouter-key": {
    data: {
      label: "fake label",
      usage: 7.5,
      limit: 10,
      limit_remaining: 2.5,
      limit_reset: "monthly",
      usage_daily: 0.2,
      usage_weekly: 1.1,
      usage_monthly: 7.5,
      is_free_tier: false,
    },
  },
  deepseek: {
    is_available: true,
    balance_infos: [
      {
        currency: "USD",
        total_balance: "12.34",
        granted_balance: "2.00",
        topped_up_balance: "10.34",
      },
    ],
  },
  venice: {
    canConsume: true,
    balances: {
      usd: 5,
      diem: 0,
    },
    diemEpochAllocation: 0,
  },
  clawrouter: {
    budget: {
      configured: true,
      limitMicros: 50000000,
      spentMicros: 1250000,
      windowKey: "tenant/2026-07",
    },
  },
  "kimi-coding": {
    usage: {
      limit: "2048",
      used: "214",
      remaining: "1834",
      resetTime: "2026-07-09T15:23:13Z",
    },
    limits: [
      {
        window: {
          duration: 300,
          timeUnit: "TIME_UNIT_MINUTE",
        },
        detail: {
          limit: "200",
          used: "139",
          remaining: "61",
          resetTime: "2026-07-06T13:33:02Z",
        },
      },
    ],
  },
  "opencode-go": {
    rollingUsage: {
      usagePercent: 20,
      resetInSec: 7200,
    },
    weeklyUsage: {
      usagePercent: 10,
      resetInSec: 300000,
    },
  },
};
