import { useComputedColorScheme } from '@mantine/core';
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

register([LineChart, GridComponent, TooltipComponent, LegendComponent, CanvasRenderer]);

export interface BandChart {
  categories: string[];
  /** What was counted. */
  values: number[];
  /** What is usual; nothing where that is not known. */
  expected: (number | null)[];
  /** From where on a value is far off. */
  high: (number | null)[];
  names: { values: string; expected: string; high: string };
  color: string;
}

/** A line of counts over the band in which they usually are. */
export default function Band({ chart }: { chart: BandChart }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    if (!box.current) return undefined;
    const drawn = init(box.current);
    const style = getComputedStyle(document.documentElement);
    const read = (name: string) => style.getPropertyValue(name).trim();
    const [dim, line] = [read('--op-dim'), read('--op-border')];
    const shared = { type: 'line' as const, symbol: 'none', animation: false };
    drawn.setOption({
      textStyle: { fontFamily: 'inherit', color: dim },
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: dim } },
      tooltip: {
        trigger: 'axis',
        confine: true,
        backgroundColor: read('--op-surface'),
        borderColor: line,
        textStyle: { color: read('--mantine-color-text'), fontSize: 12 },
        valueFormatter: (value: unknown) => (typeof value === 'number' ? short(value) : '–'),
      },
      xAxis: {
        type: 'category',
        data: chart.categories,
        boundaryGap: false,
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
        axisLabel: { color: dim, hideOverlap: true },
      },
      yAxis: {
        type: 'value',
        min: 0,
        minInterval: 1,
        axisLabel: { color: dim },
        splitLine: { lineStyle: { color: line } },
      },
      series: [
        {
          ...shared,
          name: chart.names.high,
          data: chart.high,
          color: dim,
          lineStyle: { width: 1, type: 'dotted', color: dim },
          areaStyle: { color: dim, opacity: 0.14 },
        },
        {
          ...shared,
          name: chart.names.expected,
          data: chart.expected,
          color: dim,
          lineStyle: { width: 1.5, type: 'dashed', color: dim },
        },
        {
          ...shared,
          name: chart.names.values,
          data: chart.values,
          color: chart.color,
          lineStyle: { width: 1.5, color: chart.color },
        },
      ],
    });
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, [chart, scheme]);
  return <div ref={box} style={{ width: '100%', height: '100%' }} />;
}

const short = (value: number) => value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
