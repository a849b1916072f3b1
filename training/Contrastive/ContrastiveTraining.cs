using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Engine;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>Everything that changes while a backbone is trained contrastively: both encoders, queue, optimiser.</summary>
internal sealed class ContrastiveTraining : IDisposable
{
    private readonly PretrainOptions options;
    private readonly InfoMin method;

    /// <param name="options">The first weights come from its seed, or from its file of weights.</param>
    /// <exception cref="UserErrorException">The file of weights is of another architecture.</exception>
    public ContrastiveTraining(PretrainOptions options)
    {
        this.options = options;
        Device = ComputeDevice.Of(options.Device);
        manual_seed(options.Seed);
        Backbone = new ResNet(options.Backbone);
        Query = ContrastiveModel.OfResNet(Backbone, options.Contrastive.Dimension, options.Contrastive.Jigsaw);
        var follower = new ResNet(options.Backbone);
        Key = ContrastiveModel.OfResNet(follower, options.Contrastive.Dimension, options.Contrastive.Jigsaw);
        Query.ComputeType = Key.ComputeType = options.Precision.Type();
        Query.train();
        Key.train();
        Begin();
        Query.to(Device);
        Key.to(Device);
        using var generator = new Generator((ulong)options.Seed);
        Queue = FeatureQueue.Random(options.Contrastive.QueueSize, options.Contrastive.Dimension, generator, Device);
        (string Name, Parameter Parameter)[] parameters = [.. Query.named_parameters()];
        Optimizer = optim.SGD(parameters.Select(entry => entry.Parameter), options.LearningRate, options.Momentum, weight_decay: options.WeightDecay);
        Velocities = new SgdState(Optimizer, parameters);
        method = new InfoMin(options.Contrastive, Query, Key, Queue, Optimizer);
    }

    public Device Device { get; }

    /// <summary>The encoder that learns.</summary>
    public ResNet Backbone { get; }

    public ContrastiveModel Query { get; }

    public ContrastiveModel Key { get; }

    public FeatureQueue Queue { get; }

    public SGD Optimizer { get; }

    /// <summary>The optimiser's velocities.</summary>
    public SgdState Velocities { get; }

    /// <summary>One step; <paramref name="number"/> counts from 0 over the whole run and chooses the random numbers. Call it inside a dispose scope.</summary>
    public ContrastiveStep Step(ContrastiveBatch batch, double learningRate, long number)
    {
        foreach (var group in Optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        return method.Step(batch.To(Device), new RandomNumbers((ulong)options.Seed, "key-shuffle", (ulong)number));
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Queue.Dispose();
        Query.Dispose();
        Key.Dispose();
    }

    private void Begin()
    {
        if (options.Weights is not { } path)
        {
            MomentumEncoder.Copy(Query, Key);
            return;
        }

        using var content = SafetensorsFile.Read(path, ImportHint.Contrastive);
        var both = ContrastiveCheckpoint.IsOne(content);
        if (both)
        {
            ContrastiveCheckpoint.LoadInto(Query, ContrastiveCheckpoint.QueryFront, content, path);
        }
        else
        {
            BackboneCheckpoint.LoadInto(Backbone, content, path);
        }

        MomentumEncoder.Copy(Query, Key);
        if (both)
        {
            ContrastiveCheckpoint.LoadInto(Key, ContrastiveCheckpoint.KeyFront, content, path);
        }
    }
}
