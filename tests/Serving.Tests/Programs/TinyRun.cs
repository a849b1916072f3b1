namespace Pipeline.Serving.Tests.Programs;

/// <summary>A training over preset <c>small</c> that learns a few small scenes by heart within seconds.</summary>
internal static class TinyRun
{
    /// <summary>For <c>--config</c>.</summary>
    public const string Configuration = """
        {
          "backboneWeights": "none",
          "allowOverlappingSplit": true,
          "milestones": [],
          "learningRate": 0.02,
          "warmupIterations": 10,
          "evaluateEveryEpochs": 30,
          "horizontalFlip": false,
          "detector": {
            "backbone": { "architecture": "resnet18", "widthMultiplier": 0.125 },
            "fpnChannels": 16,
            "boxHeadChannels": 32,
            "minSizePixels": 96,
            "maxSizePixels": 192,
            "anchorSizes": [[8], [16], [32], [64], [128]],
            "boxScoreThresh": 0.01
          }
        }
        """;
}
