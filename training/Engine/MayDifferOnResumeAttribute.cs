namespace Pipeline.Training.Engine;

/// <summary>Marks a setting that does not change what is learned: a run may be resumed with another value.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MayDifferOnResumeAttribute : Attribute;
