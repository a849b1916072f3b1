using Pipeline.Training.Contrastive;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Contrastive;

/// <summary>A step of the method as the loop makes it, on models that a test has made.</summary>
internal static class InfoMinStep
{
    public static ContrastivePass Step(this InfoMin method, optim.Optimizer optimizer, ContrastiveBatch batch)
    {
        method.BeginStep();
        optimizer.zero_grad();
        var pass = method.Forward(batch);
        pass.Total.backward();
        optimizer.step();
        method.AfterStep(pass.Key);
        return pass;
    }
}
