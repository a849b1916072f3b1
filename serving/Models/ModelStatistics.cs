namespace Pipeline.Serving.Models;

/// <summary>What a version has done since it was loaded.</summary>
internal sealed class ModelStatistics;
