using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>
/// A module whose children have the names they are registered under; TorchSharp would else add each field a second time under its C#
/// name.
/// </summary>
/// <typeparam name="TInput">What it takes.</typeparam>
/// <typeparam name="TOutput">What it gives.</typeparam>
/// <param name="name">Name of the kind of module, for messages.</param>
public abstract class NamedModule<TInput, TOutput>(string name) : nn.Module<TInput, TOutput>(name)
{
    /// <inheritdoc />
    protected sealed override void RegisterComponents()
    {
    }
}

/// <summary>As <see cref="NamedModule{TInput,TOutput}"/>, for modules with more than one way forward.</summary>
/// <param name="name">Name of the kind of module, for messages.</param>
public abstract class NamedModule(string name) : nn.Module(name)
{
    /// <inheritdoc />
    protected sealed override void RegisterComponents()
    {
    }
}

/// <summary>As <see cref="NamedModule{TInput,TOutput}"/>, with two inputs.</summary>
/// <typeparam name="TFirst">What it takes first.</typeparam>
/// <typeparam name="TSecond">What it takes second.</typeparam>
/// <typeparam name="TOutput">What it gives.</typeparam>
/// <param name="name">Name of the kind of module, for messages.</param>
public abstract class NamedModule<TFirst, TSecond, TOutput>(string name) : nn.Module<TFirst, TSecond, TOutput>(name)
{
    /// <inheritdoc />
    protected sealed override void RegisterComponents()
    {
    }
}
